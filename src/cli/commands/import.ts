import type { Command } from 'commander'
import { resolve } from 'node:path'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import { execute } from '../execute'
import { printMadeVersion } from '../versionText'

interface Options extends GlobalOptions {
  readonly name: string
  readonly preprocess?: string
  readonly classes?: string
}

const presets = ['imagenet', 'cifar']

export const importModel = (command: Command): Command =>
  command
    .argument('<file>', 'ONNX model')
    .requiredOption('--name <name>', 'name of the version')
    .option(
      '--preprocess <preset>',
      `${presets.join(', ')} or a JSON file; guessed from the input size when the model does not say`,
    )
    .option('--classes <file>', 'class names, one a line or a JSON list, in the order of the outputs')
    .action((file: string, { name, preprocess, classes, ...options }: Options) =>
      withCli(options, async (cli) => {
        const preprocessing =
          preprocess === undefined || presets.includes(preprocess) ? preprocess : resolve(preprocess)
        const step = {
          step: 'import',
          file: resolve(file),
          name,
          ...(preprocessing && { preprocessing }),
          ...(classes !== undefined && { classes: resolve(classes) }),
        }
        await printMadeVersion(cli, await execute(cli, { name: `import ${name}`, steps: [step] }))
      }),
    )
