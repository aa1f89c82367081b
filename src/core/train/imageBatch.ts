/** RGB bytes [count, height, width, 3] as the data workers deliver them. */
export interface ImageBatch {
  readonly images: Uint8Array
  readonly height: number
  readonly width: number
  readonly labels: Int32Array
}
