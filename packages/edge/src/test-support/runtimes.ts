import { EdgeVM } from '@edge-runtime/vm'
import { Miniflare } from 'miniflare'
import type { Bundled } from './bundle.ts'

/** A worker running in a real runtime. */
export interface Running extends AsyncDisposable {
  /** Where it listens, with the runtime that does. */
  port?: number
  fetch(path: string, init?: RequestInit): Promise<Response>
}

/** @param variables bindings, and `process.env` where asked for */
export type StartRuntime = (worker: Bundled, variables: Record<string, unknown>) => Promise<Running>

/**
 * Cloudflare's workerd, by Miniflare, reached through a socket. The flag `nodejs_compat` gives it
 * `process.env`, `enable_request_signal` aborts the signal of a request whose client has gone.
 */
export function workerd(...compatibilityFlags: string[]): StartRuntime {
  return (worker, variables) => startWorkerd(worker, variables, compatibilityFlags)
}

async function startWorkerd(
  { module }: Bundled,
  variables: Record<string, unknown>,
  compatibilityFlags: string[],
): Promise<Running> {
  const miniflare = new Miniflare({
    modules: true,
    script: module,
    compatibilityDate: '2026-07-01',
    compatibilityFlags,
    bindings: variables as Record<string, string>,
  })
  const url = await miniflare.ready
  return {
    port: Number(url.port),
    fetch: (path, init) => fetch(new URL(path, url), init),
    [Symbol.asyncDispose]: () => miniflare.dispose(),
  }
}

/** Vercel's edge runtime: its VM, with `process.env` as Vercel adds it. */
export const startEdgeVm: StartRuntime = async ({ script }, variables) => {
  const vm = new EdgeVM({
    extend: (context) => Object.assign(context, { variables, process: { env: variables } }),
    initialCode: `${script}
      addEventListener('fetch', (event) => {
        event.respondWith(worker.default.fetch(event.request, variables))
      })`,
  })
  return {
    fetch: (path, init) => vm.dispatchFetch(new URL(path, 'http://edge.example').href, init),
    [Symbol.asyncDispose]: async () => {},
  }
}
