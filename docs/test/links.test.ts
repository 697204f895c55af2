import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import express from 'express/package.json' with { type: 'json' }
import fastify from 'fastify/package.json' with { type: 'json' }
import { describe, expect, test } from 'vitest'
import { pages, root } from './extract.ts'

describe('links lead somewhere', () => {
  test.for(pages())('%s', (page) => {
    const text = readFileSync(join(root, page), 'utf8')
    const links = Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link)
    const files = links.filter((link) => !/^(?:https:|#)/.test(link))
    const missing = files.filter(
      (link) => !existsSync(join(root, dirname(page), link.replace(/#.*/, ''))),
    )
    expect(missing).toEqual([])
  })
})

test('the page on Node names the versions of the frameworks it is tested with', () => {
  const page = readFileSync(join(root, 'docs/node.md'), 'utf8')
  expect(page).toContain(`With Express (tested with ${express.version})`)
  expect(page).toContain(`With Fastify (tested with ${fastify.version})`)
})
