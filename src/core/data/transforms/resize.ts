import { z } from 'zod'
import { resizeBilinear, shortSideSize } from '../resize/index'
import { defineTransform, side } from './transform'

/** Short side, or both sides, to a number of pixels (torchvision Resize). */
export const resize = defineTransform({
  id: 'resize',
  label: 'Resize',
  help: 'Resizes the short side to a number of pixels, or both sides',
  params: z
    .object({
      shortSide: side('Short side after resizing').optional(),
      width: side('Width after resizing').optional(),
      height: side('Height after resizing').optional(),
    })
    .refine(({ shortSide, width, height }) => (shortSide ? !(width ?? height) : width && height), {
      message: 'expected shortSide alone, or width and height',
    }),
  apply: (image, { shortSide, width, height }) => {
    const size = shortSide ? shortSideSize(image, shortSide) : { width: width ?? 0, height: height ?? 0 }
    return resizeBilinear(image, size.width, size.height)
  },
})
