// Runs the specs of the desktop program in a real Electron: 'npm run test:electron [-- SPEC]'. On Linux without a display of its own: Xvfb, a window manager, notifications.
import { bringProgram } from './desktop/program.mjs'
import { needTools, runSpecs, sessionTools } from './desktop/session.mjs'

needTools(sessionTools, 'the desktop specs')
const { version, binary, program } = await bringProgram()
console.log(`Electron ${version}`)
const env = { NNOPT_TEST_ELECTRON: binary, NNOPT_TEST_PROGRAM: program }
process.exit(runSpecs('playwright.electron.config.ts', process.argv.slice(2), env))
