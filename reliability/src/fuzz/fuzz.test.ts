import { expect, test } from 'vitest'
import { checkDecoder } from './check-decoder.ts'
import { fuzz } from './fuzz.ts'
import { fuzzPart } from './fuzz-part.ts'

test('streams are read, relayed and written as the standard says', async () => {
  const { figures, failures } = await fuzz.run('short')
  console.log(fuzz.name, figures)
  expect(failures).toEqual([])
})

test('a wrong decoder is detected with as few bytes as possible', async () => {
  // It reads CR LF as two line ends if a chunk ends between them.
  const { mismatches } = await fuzzPart(
    { firstSeed: 1, streams: 2000 },
    {
      'a wrong decoder': (given) => {
        const { bytes, ends } = given
        const isCut = ends.some((end) => bytes[end - 1] === 0x0d && bytes[end] === 0x0a)
        return isCut ? Promise.resolve('two line ends') : checkDecoder(given)
      },
    },
  )
  expect(mismatches[0]).toMatch(
    /^a wrong decoder, seed \d+: hex 0d0a, chunks end at 1 2\n {2}two line ends$/,
  )
})
