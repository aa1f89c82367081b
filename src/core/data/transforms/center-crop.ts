import { z } from 'zod'
import { cropped } from '../image'
import { centerWindow } from '../resize/index'
import { defineTransform } from './transform'

/** The middle of the picture; what lies outside it is black (torchvision CenterCrop). */
export const centerCrop = defineTransform({
  id: 'center-crop',
  label: 'Center crop',
  help: 'Crops the center',
  params: z.object({ size: z.number().int().min(1).max(4096).describe('Side of the window').meta({ unit: 'px' }) }),
  apply: (image, { size }) => cropped(image, centerWindow(image, { width: size, height: size })),
})
