import type { SseMessage } from '@vectrade/core'
import data from '../data/parser-cases.json' with { type: 'json' }
import { fromHex, utf8 } from './bytes.ts'

export interface ParserCase {
  name: string
  input: string
  inputHex?: string
  chunks?: string[]
  chunksHex?: string[]
  expect: SseMessage[]
  retry?: number
  lastEventId?: string
  unchecked?: string[]
}

export const parserCases: readonly ParserCase[] = data

export function bytesOf({ input, inputHex }: ParserCase): Uint8Array {
  return inputHex === undefined ? utf8(input) : fromHex(inputHex)
}
