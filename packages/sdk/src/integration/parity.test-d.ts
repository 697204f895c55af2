import * as core from '@vectrade/core'
import { expectTypeOf, test } from 'vitest'
import * as browser from '../browser.ts'
import * as deno from '../deno.ts'
import * as edge from '../edge.ts'
import * as node from '../node.ts'

/** A package whose VecTrade takes core's options, or none, and extends core's VecTrade. */
interface RuntimePackage {
  VecTrade: new <const Types extends core.EventTypes>(
    options?: core.VecTradeOptions<Types>,
  ) => core.VecTrade<Types>
}

/** The names that a package shares with core, and its own names. */
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

test("a package's values are those of core and a few of its own", () => {
  expectTypeOf<Parts<typeof browser>>().toEqualTypeOf<Expected<'createAnalysis' | 'createLive'>>()
  expectTypeOf<Parts<typeof deno>>().toEqualTypeOf<Expected<'serve'>>()
  expectTypeOf<Parts<typeof edge>>().toEqualTypeOf<Expected<never, 'fromEnv'>>()
  expectTypeOf<Parts<typeof node>>().toEqualTypeOf<
    Expected<'pipeToResponse' | 'toNodeHandler' | 'toNodeReadable'>
  >()
})

test("a package's types are those of core", () => {
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
