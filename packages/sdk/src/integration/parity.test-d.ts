import * as core from '@vectrade/core'
import { expectTypeOf, test } from 'vitest'
import * as browser from '../browser.ts'
import * as deno from '../deno.ts'
import * as edge from '../edge.ts'
import * as node from '../node.ts'

/** A package whose VecTrade is made from the options of core, or from none, and is one of core. */
interface RuntimePackage {
  VecTrade: new (options?: core.VecTradeOptions) => core.VecTrade
}

/** What a package has of core's names, and beyond them. */
interface Parts<Package extends RuntimePackage> {
  shared: Omit<Pick<Package, keyof Package & keyof typeof core>, 'VecTrade'>
  own: Exclude<keyof Package, keyof typeof core>
  ownOfVecTrade: Exclude<keyof Package['VecTrade'], 'prototype'>
}

interface Expected<Own, OwnOfVecTrade = never> {
  shared: Omit<typeof core, 'VecTrade'>
  own: Own
  ownOfVecTrade: OwnOfVecTrade
}

test("a package's values are those of core, and few of its own", () => {
  expectTypeOf<Parts<typeof browser>>().toEqualTypeOf<Expected<never>>()
  expectTypeOf<Parts<typeof deno>>().toEqualTypeOf<Expected<'serve'>>()
  expectTypeOf<Parts<typeof edge>>().toEqualTypeOf<Expected<never, 'fromEnv'>>()
  expectTypeOf<Parts<typeof node>>().toEqualTypeOf<
    Expected<'pipeToResponse' | 'toNodeHandler' | 'toNodeReadable'>
  >()
})

test('and so are its types', () => {
  type Types = [core.StreamEvent, core.CallOptions, core.VecTradeOptions, core.HandlerOptions]
  expectTypeOf<
    [browser.StreamEvent, browser.CallOptions, browser.VecTradeOptions, browser.HandlerOptions]
  >().toEqualTypeOf<Types>()
  expectTypeOf<
    [deno.StreamEvent, deno.CallOptions, deno.VecTradeOptions, deno.HandlerOptions]
  >().toEqualTypeOf<Types>()
  expectTypeOf<
    [edge.StreamEvent, edge.CallOptions, edge.VecTradeOptions, edge.HandlerOptions]
  >().toEqualTypeOf<Types>()
  expectTypeOf<
    [node.StreamEvent, node.CallOptions, node.VecTradeOptions, node.HandlerOptions]
  >().toEqualTypeOf<Types>()
  expectTypeOf<browser.BrowserOptions>().toExtend<core.VecTradeOptions>()
})
