import { cpSync, existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Puts TensorFlow's addon, as 'npm run runtime:tensorflow' compiled it on this machine, into the engine: who installs the program then needs no compiler.
 * TensorFlow's library itself stays out; the program fetches it when it is asked to.
 */
export function stageAddon(engine) {
  if (process.platform !== 'linux') return
  const runtime = join(
    process.env.NNOPT_RUNTIME ??
      join(process.env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'nnopt', 'runtime'),
    'tensorflow',
  )
  if (!existsSync(join(runtime, 'manifest.json')))
    return console.warn(
      `warning: '${runtime}' is missing, so who installs this needs a compiler for TensorFlow: run 'npm run runtime:tensorflow' first`,
    )
  const parts = [
    'manifest.json',
    'tfjs_binding.node',
    'tfjs-node',
    ...readdirSync(runtime).filter((name) => /^nnopt_operations_.*\.node$/.test(name)),
  ]
  for (const part of parts)
    cpSync(join(runtime, part), join(engine, 'resources', 'tensorflow-addon', part), { recursive: true })
}
