import type { FuzzKind } from '../kind'
import { archive } from './archive'
import { checkpoint } from './checkpoint'
import { image } from './image'
import { labels } from './labels'
import { onnx } from './onnx'
import { recipe } from './recipe'
import { settings } from './settings'
import { tuning } from './tuning'

export const kinds: readonly FuzzKind[] = [onnx, image, archive, labels, recipe, checkpoint, tuning, settings]
