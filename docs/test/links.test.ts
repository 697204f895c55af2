import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import express from 'express/package.json' with { type: 'json' }
import fastify from 'fastify/package.json' with { type: 'json' }
import { describe, expect, test } from 'vitest'
import { root } from './extract.ts'

const files = globSync(['*.md', 'docs/{,decisions/}*.md', '{packages,apps}/*/README.md'], {
  cwd: root,
}).toSorted()

describe('the target of every link exists', () => {
  test.for(files)('%s', (file) => {
    const text = readFileSync(join(root, file), 'utf8')
    const links = Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link)
    const missing = links.filter(
      (link) => !link.startsWith('https:') && !leadsSomewhere(file, link),
    )
    expect(missing).toEqual([])
  })
})

test('the files that CONTRIBUTING.md names exist', () => {
  const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
  const named = Array.from(
    text.matchAll(/`((?:[\w.-]+\/)+[\w.-]+\.(?:json|ts))`/g),
    ([, file = '']) => file,
  )
  // Some are in core's sources, and `src/…` is in a package that the text has named.
  const isThere = (file: string): boolean =>
    ['', 'packages/core/src/', '{packages,apps}/*/'].some(
      (folder) => globSync(folder + file, { cwd: root }).length > 0,
    )
  expect(named.length).toBeGreaterThan(30)
  expect(named.filter((file) => !isThere(file))).toEqual([])
})

/** Whether a link of a file leads to a file, and to a heading of that file if it names one. */
function leadsSomewhere(file: string, link: string): boolean {
  const [path = '', heading] = link.split('#')
  const target = path === '' ? join(root, file) : join(root, dirname(file), path)
  if (!existsSync(target)) return false
  return heading === undefined || anchorsIn(readFileSync(target, 'utf8')).includes(heading)
}

/** Returns the anchors that GitHub makes for the headings of a page. */
function anchorsIn(page: string): string[] {
  const prose = page.replaceAll(/^```[^]*?^```$/gm, '')
  return Array.from(prose.matchAll(/^#+ (.+)$/gm), ([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

test('the page on Node names the tested versions of the frameworks', () => {
  const page = readFileSync(join(root, 'docs/node.md'), 'utf8')
  expect(page).toContain(`With Express (tested with ${express.version})`)
  expect(page).toContain(`With Fastify (tested with ${fastify.version})`)
})
