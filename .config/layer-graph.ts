/**
 * Prints which layers import which, and fails if one imports a layer that is not below it.
 *
 *     node .config/layer-graph.ts            prints
 *     node .config/layer-graph.ts --write    writes it into CONTRIBUTING.md
 *     node .config/layer-graph.ts --check    also fails if CONTRIBUTING.md has another one
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { argv, exit } from 'node:process'
import { arrowOf, layersOf } from './layers.ts'

const root = join(import.meta.dirname, '..')
const page = join(root, 'CONTRIBUTING.md')
/** Examples in docstrings import what they like. */
const importPattern = /^(?!\s*\*).*?(?:\bfrom|\bimport\(|^import)\s*'([^']+)'/gm

const targets = new Map<string, Set<string>>()
const upwards: string[] = []
const files = globSync('{packages/*,apps/*,benchmarks,reliability}/src/**/*.{ts,tsx}', {
  cwd: root,
  exclude: ['**/node_modules/**'],
})
for (const file of files) {
  for (const [, specifier = ''] of readFileSync(join(root, file), 'utf8').matchAll(importPattern)) {
    const arrow = arrowOf(join(root, file), specifier)
    if (arrow === undefined) continue
    if (!arrow.isDownwards) upwards.push(`${arrow.from} → ${arrow.to} (${file})`)
    const key = `${arrow.within} ${arrow.from}`
    targets.set(key, (targets.get(key) ?? new Set()).add(arrow.to))
  }
}

/** Returns one line for each layer, top to bottom, with those that it imports. */
function graphOf(within: string): string[] {
  const order = layersOf(within)
  const rows = order.map((layer): [string, string[]] => {
    const imported = targets.get(`${within} ${layer}`) ?? new Set()
    return [layer, order.filter((other) => imported.has(other))]
  })
  const width = Math.max(...order.map((layer) => layer.length))
  return rows.map(([layer, imported]) =>
    imported.length === 0 ? layer : `${layer.padEnd(width)} → ${imported.join(' ')}`,
  )
}

const graph = [
  ['Packages and programs:', ...graphOf('')],
  ['`packages/core/src`:', ...graphOf('packages/core')],
].map(([title, ...lines]) => `${title}\n\n\`\`\`text\n${lines.join('\n')}\n\`\`\``)
const arrows = [...targets.values()].reduce((sum, { size }) => sum + size, 0)
const count = `${arrows} arrows, ${upwards.length} of them upwards.`
const text = [...graph, count].join('\n\n')

const [, , option] = argv
const contributing = readFileSync(page, 'utf8')
const block = /(<!-- layers -->\n)[\s\S]*?(\n<!-- \/layers -->)/
const updated = contributing.replace(block, (_, start, end) => `${start}\n${text}\n${end}`)
if (option === '--write') writeFileSync(page, updated)
else if (option !== '--check') console.log(text)

const rows = contributing.matchAll(/^\| `([\w.-]+)\/?` +\|/gm)
const rowsOfLayers = new Set(Array.from(rows, ([, name]) => name))
const missing = layersOf('packages/core').filter((layer) => !rowsOfLayers.has(layer))
if (missing.length > 0) {
  console.error(`Add to the table "The layers of core" in CONTRIBUTING.md: ${missing.join(', ')}`)
}

if (upwards.length > 0) console.error(`These imports lead upwards:\n${upwards.join('\n')}`)
const isStale = option === '--check' && updated !== contributing
if (isStale) console.error('CONTRIBUTING.md is stale: run `node .config/layer-graph.ts --write`')
if (upwards.length > 0 || missing.length > 0 || isStale) exit(1)
