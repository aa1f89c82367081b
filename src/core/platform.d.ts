/** Globals that browsers, worker threads and Node all have; the core relies on nothing else of its platform. */
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>
}

declare class TextDecoder {
  decode(bytes: ArrayBufferView | ArrayBuffer): string
}
