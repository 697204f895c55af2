import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { tmp } from './install-packages.ts'

/** The part of `@vectrade/sandbox` that these tests use. They import the published package by its path. */
export interface Sandbox {
  url: string
  apiKey: string
  close(): Promise<void>
}

interface SandboxPackage {
  startSandbox(this: void): Promise<Sandbox>
}

export async function startSandbox(): Promise<Sandbox> {
  const file = join(tmp, 'node_modules/@vectrade/sandbox/dist/index.js')
  const { startSandbox: start } = (await import(pathToFileURL(file).href)) as SandboxPackage
  return start()
}

/** Returns the variables that make a program ask a sandbox. */
export function variablesFor(sandbox: Sandbox): Record<string, string> {
  return { VECTRADE_BASE_URL: sandbox.url, VECTRADE_API_KEY: sandbox.apiKey }
}
