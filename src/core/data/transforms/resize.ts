import { z } from 'zod'
import { resizeBilinear, shortSideSize } from '../resize/index'
import { defineTransform } from './transform'

/** Short side to a number of pixels (torchvision Resize). */
export const resize = defineTransform({
  id: 'resize',
  label: 'Resize',
  help: 'Resizes the short side to a number of pixels',
  params: z.object({
    shortSide: z.number().int().min(1).max(4096).describe('Short side after resizing').meta({ unit: 'px' }),
  }),
  apply: (image, { shortSide }) => {
    const { width, height } = shortSideSize(image, shortSide)
    return resizeBilinear(image, width, height)
  },
})
