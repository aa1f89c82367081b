import { z } from 'zod'
import { cropped } from '../image'
import { centerWindow } from '../resize/index'
import { defineTransform, side } from './transform'

/** The middle of the picture; what lies outside it is black (torchvision CenterCrop). */
export const centerCrop = defineTransform({
  id: 'center-crop',
  label: 'Center crop',
  help: 'Crops the center',
  params: z.object({
    size: side('Side of the window, its width where a height is given'),
    height: side('Height of the window, if it is not a square').optional(),
  }),
  apply: (image, { size, height = size }) => cropped(image, centerWindow(image, { width: size, height })),
})
