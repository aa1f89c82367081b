// Starts the program that 'npm run package' made and takes the sample to int8, on any system: 'npm run test:smoke'.
import { needTools, runSpecs, sessionTools } from './desktop/session.mjs'

needTools(sessionTools, 'the test of the packaged program')
process.exit(runSpecs('playwright.package.config.ts', [], { NNOPT_SMOKE: '1' }))
