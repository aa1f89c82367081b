/** Inference libraries. onnxruntime ships with the program; OpenVINO is installed on request. */
export const engines = ['onnxruntime', 'openvino'] as const
export type Engine = (typeof engines)[number]

/** `padded`: with zero channels that fill the CPU's vectors; computes the same function. */
export const modelForms = ['original', 'padded'] as const
export type ModelForm = (typeof modelForms)[number]
