import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fill } from '@vectrade/report/fill'
import { folder } from '../builds.ts'
import { suites } from '../suites.ts'
import { profileTables, sections } from './markdown.ts'
import type { Profile } from '../profile.ts'
import { drawPlots } from './plots.ts'
import type { Result } from './results.ts'

const kept = join(folder, 'results.json')
const docs = join(folder, '../docs')

/**
 * Writes the tables and pictures of docs/performance.md. Suites that did not run this time keep what
 * results.json has of them.
 */
export async function write(results: Result[]): Promise<void> {
  const before = existsSync(kept) ? (JSON.parse(readFileSync(kept, 'utf8')) as Result[]) : []
  const all = suites
    .map(({ name }) => [...results, ...before].find(({ suite }) => suite === name))
    .filter((result) => result !== undefined)
  writeFileSync(kept, `${JSON.stringify(all, undefined, 2)}\n`)
  fillPage(sections(all))
  for (const [name, svg] of await drawPlots(all)) writeFileSync(join(docs, 'images', name), svg)
}

/** Writes where the time of reading goes. */
export function writeProfile(profiles: Profile[]): void {
  fillPage(new Map([['profile', profileTables(profiles)]]))
}

function fillPage(parts: Map<string, string>): void {
  const page = join(docs, 'performance.md')
  writeFileSync(page, fill(readFileSync(page, 'utf8'), parts))
}
