import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder with the built page. */
    builtPage: string
  }
}

/** Builds the page once for all tests, like the script `build`, but into a folder of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const outDir = await mkdtemp(join(tmpdir(), 'browser-chat-'))
  const vite = ['--conditions=@vectrade/source', 'node_modules/vite/bin/vite.js', 'build']
  const flags = ['--configLoader', 'native', '--outDir', outDir, '--emptyOutDir']
  await promisify(execFile)(process.execPath, [...vite, ...flags], {
    cwd: join(import.meta.dirname, '../..'),
    // With Vitest's own NODE_ENV, Vite would build for development.
    env: { ...process.env, NODE_ENV: 'production' },
  })
  project.provide('builtPage', outDir)
  return () => rm(outDir, { recursive: true })
}
