import { z } from 'zod'
import { parseAs } from '../../../shared/parse'
import type { RgbImage, Size } from '../image'
import type { Random } from '../random'

export type Apply = (image: RgbImage, random: Random, size: Size) => RgbImage

interface TransformDeclaration {
  /** File name. */
  readonly id: string
  readonly label: string
  readonly help: string
}

export interface TransformDefinition<S extends z.ZodRawShape> extends TransformDeclaration {
  readonly params: z.ZodObject<S>
  /** A new picture out of one; `size` is what the model will get. Draws its numbers from `random` alone. */
  apply(image: RgbImage, params: z.output<z.ZodObject<S>>, random: Random, size: Size): RgbImage
}

/** A step of the augmentation of training pictures. */
export interface Transform extends TransformDeclaration {
  readonly kind: 'transform'
  readonly params: z.ZodObject
  /** Checks parameters and fixes them; throws `wrongCall` naming the one that is wrong. */
  bind(params: unknown): Apply
  /** The parameters with their defaults; throws as `bind`. */
  parse(params: unknown): Readonly<Record<string, unknown>>
}

/** A parameter that is a side in pixels, described for forms. */
export const side = (text: string): z.ZodNumber => z.number().int().min(1).max(4096).describe(text).meta({ unit: 'px' })

/** Declares a transform: the one export of its file. */
export function defineTransform<S extends z.ZodRawShape>(definition: TransformDefinition<S>): Transform {
  const { id, label, help, params } = definition
  const parse = (given: unknown): z.output<z.ZodObject<S>> => parseAs(params, given, `transform '${id}'`)
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

/** A number in [low, high). */
export const between = (random: Random, low: number, high: number): number => low + (high - low) * random.uniform()

/** A share of 0..1 with a default. */
export const fraction = (initial: number): z.ZodDefault<z.ZodNumber> => z.number().min(0).max(1).default(initial)
