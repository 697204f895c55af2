import * as core from '@vectrade/core'
import { expect, test } from 'vitest'
import * as browser from '../browser.ts'
import * as deno from '../deno.ts'
import * as edge from '../edge.ts'
import * as node from '../node.ts'

test.for([
  ['browser', browser, ['createAnalysis', 'createLive']],
  ['deno', deno, ['serve']],
  ['edge', edge, []],
  ['node', node, ['pipeToResponse', 'toNodeHandler', 'toNodeReadable']],
] as const)(
  '%s exports the names of core, with its own VecTrade, and few others',
  ([, runtime, own]) => {
    expect(Object.keys(runtime).toSorted()).toEqual([...Object.keys(core), ...own].toSorted())
    const { VecTrade, ...shared } = core
    expect(runtime).toMatchObject(shared)
    expect(Object.getPrototypeOf(runtime.VecTrade)).toBe(VecTrade)
  },
)
