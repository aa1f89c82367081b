import { sampleToInt8 } from './sample'
import { test } from './fixtures'

test('takes the sample to int8 and compares both', async ({ desktop: { page } }) => {
  test.setTimeout(600_000)
  await sampleToInt8(page)
})
