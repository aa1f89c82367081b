import { collect } from '../../shared/registry'
import type { Operator } from './operator'

/** Every operator of the IR by ONNX operator type. */
export const operators = collect<Operator>('operator', import.meta.glob('./*.ts', { eager: true }))
