import type { Preprocessing } from '../data/preprocessing'

/** What a program needs to know to run a model on a picture. */
export interface SampleFacts {
  /** Beside the program. */
  readonly modelFile: string
  readonly inputName: string
  /** Width and height of the input, in pixels. */
  readonly width: number
  readonly height: number
  readonly preprocessing: Preprocessing
  /** In the order of the outputs; empty when nobody named them. */
  readonly classes: readonly string[]
}

/** A complete program in one language that classifies a picture with onnxruntime and prints the five likeliest classes. */
export interface CodeSample {
  readonly kind: 'codeSample'
  readonly id: string
  readonly label: string
  readonly fileName: string
  /** Shell lines that get what it needs and run it. */
  readonly usage: string
  code(facts: SampleFacts): string
}

export const defineCodeSample = (definition: Omit<CodeSample, 'kind'>): CodeSample => ({
  ...definition,
  kind: 'codeSample',
})

/** Text literals of JSON are those of Python, JavaScript and C++ too, once nothing but ASCII is left. */
export const literal = (text: string): string =>
  JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** Names of the outputs; their numbers where nobody named them are written by the programs themselves. */
export const literals = (texts: readonly string[]): string => texts.map(literal).join(', ')
