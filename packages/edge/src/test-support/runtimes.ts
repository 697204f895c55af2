import { EdgeVM } from '@edge-runtime/vm'
import { Miniflare } from 'miniflare'
import type { Bundled } from './bundle.ts'

/** A worker that runs in a real runtime. */
export interface Running extends AsyncDisposable {
  /** The port, if the runtime listens on one. */
  port?: number
  fetch(path: string, init?: RequestInit): Promise<Response>
}

/** @param variables the bindings, and `process.env` if the runtime has it */
export type StartRuntime = (worker: Bundled, variables: Record<string, unknown>) => Promise<Running>

/**
 * Starts Cloudflare's workerd with Miniflare, on a port. The flag `nodejs_compat` adds `process.env`. The
 * flag `enable_request_signal` aborts the signal of a request when its caller disconnects.
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

/** Starts the VM of Vercel's edge runtime, with `process.env` as on Vercel. */
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
