import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import type { TestProject } from 'vitest/node'
import config from '../../vite.config.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder with the built page. */
    builtPage: string
  }
}

/** Builds the page once for all tests, where no other build gets in the way. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const outDir = await mkdtemp(join(tmpdir(), 'browser-chat-'))
  const root = join(import.meta.dirname, '../..')
  await build({
    ...config,
    configFile: false,
    root,
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true },
  })
  project.provide('builtPage', outDir)
  return () => rm(outDir, { recursive: true })
}
