/** The files that the program opens, as the system is told of them. */
export const fileTypes = [
  { extension: 'onnx', mimeType: 'application/x-onnx', name: 'ONNX model', role: 'Viewer' },
  { extension: 'nnopt', mimeType: 'application/x-nnopt', name: 'NNOpt Studio bundle', role: 'Viewer' },
]
