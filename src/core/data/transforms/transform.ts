import { z } from 'zod'
import { NNOptError } from '../../../shared/errors'
import type { RgbImage, Size } from '../image'
import type { Random } from '../random'

export type Apply = (image: RgbImage, random: Random, size: Size) => RgbImage

export interface TransformDefinition<P> {
  /** File name. */
  readonly id: string
  readonly label: string
  readonly help: string
  readonly params: z.ZodType<P>
  /** A new picture out of one; `size` is what the model will get. Draws its numbers from `random` alone. */
  apply(image: RgbImage, params: P, random: Random, size: Size): RgbImage
}

/** A step of the augmentation of training pictures, with its parameter type hidden. */
export interface Transform extends Omit<TransformDefinition<unknown>, 'apply'> {
  readonly kind: 'transform'
  /** Checks parameters and fixes them; throws `wrongCall` naming the one that is wrong. */
  bind(params: unknown): Apply
  /** The parameters with their defaults; throws as `bind`. */
  parse(params: unknown): Readonly<Record<string, unknown>>
}

/** Declares a transform: the one export of its file. */
export function defineTransform<P extends Readonly<Record<string, unknown>>>(
  definition: TransformDefinition<P>,
): Transform {
  const parse = (given: unknown): P => parseParams(definition, given)
  const { id, label, help, params } = definition
  return {
    kind: 'transform',
    id,
    label,
    help,
    params,
    parse,
    bind(given) {
      const params = parse(given)
      return (image, random, size) => definition.apply(image, params, random, size)
    },
  }
}

function parseParams<P>({ id, params }: TransformDefinition<P>, given: unknown): P {
  const result = params.safeParse(given)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new NNOptError(
    'wrongCall',
    `transform '${id}', parameter '${issue?.path.join('.') ?? ''}': ${issue?.message ?? 'invalid'}`,
    { transform: id },
  )
}

/** A number in [low, high). */
export const between = (random: Random, low: number, high: number): number => low + (high - low) * random.uniform()

/** A share of 0..1 with a default. */
export const fraction = (initial: number): z.ZodDefault<z.ZodNumber> => z.number().min(0).max(1).default(initial)
