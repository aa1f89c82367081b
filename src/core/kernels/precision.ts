/** Number formats of 16 bits: bfloat16 has the range of fp32 and 8 significant bits, float16 (IEEE 754 binary16) 11 of them and numbers up to 65,504. */
export const halfTypes = ['bfloat16', 'float16'] as const

export type HalfType = (typeof halfTypes)[number]

/** What convolutions and products of matrices compute in; weights, batch statistics, loss and optimizer are fp32 in all of them. */
export type Precision = 'fp32' | HalfType

/** A wish for a precision; 'auto' leaves it to the device. */
export type PrecisionChoice = Precision | 'auto'
