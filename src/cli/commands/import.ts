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
  readonly inputSize?: string
}

const presets = ['imagenet', 'cifar']

export const importModel = (command: Command): Command =>
  command
    .argument('<file>', 'ONNX model')
    .requiredOption('--name <name>', 'name of the new version')
    .option(
      '--preprocess <preset>',
      `${presets.join(', ')} or a JSON file; guessed from the input size if the model has no metadata`,
    )
    .option('--input-size <size>', 'height x width, such as 48x320, for a model that leaves them free')
    .option('--classes <file>', 'class names in output order, as a JSON list or one per line')
    .action((file: string, { name, preprocess, classes, inputSize, ...options }: Options) =>
      withCli(options, async (cli) => {
        const preprocessing =
          preprocess === undefined || presets.includes(preprocess) ? preprocess : resolve(preprocess)
        const step = {
          step: 'import',
          file: resolve(file),
          name,
          ...(preprocessing && { preprocessing }),
          ...(inputSize !== undefined && { inputSize }),
          ...(classes !== undefined && { classes: resolve(classes) }),
        }
        await printMadeVersion(cli, await execute(cli, { name: `import ${name}`, steps: [step] }))
      }),
    )
