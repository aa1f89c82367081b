import { expect, it } from 'vitest'
import { instructionLevel } from '../../src/node/inference/cpu'

it.each([
  { has: ['avx2'], level: 'AVX2 without VNNI' },
  { has: ['avx2', 'avx512f'], level: 'AVX-512 without VNNI' },
  { has: ['avx2', 'avx_vnni'], level: 'AVX2 with VNNI' },
  { has: ['avx2', 'avx512f', 'avx512_vnni'], level: 'AVX-512 with VNNI' },
  { has: ['avx2', 'avx512f', 'avx512_vnni', 'avx_vnni', 'amx_int8'], level: 'AVX-512 with VNNI and AMX' },
  { has: ['asimd', 'asimddp'], level: 'NEON with dot products' },
])('a CPU with $has is $level', ({ has, level }) => expect(instructionLevel(has)).toBe(level))

it('says so where the system lists no instructions', () => expect(instructionLevel([])).toMatch(/level unknown on /))
