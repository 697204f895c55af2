import { globSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type Surroundings, surroundings } from './surroundings.ts'

/** The root of the repository. */
export const root: string = join(import.meta.dirname, '../..')

/** The settings in the comment before a fence: see docs/README.md. */
export interface Directives {
  /** `serve POST /analyze`: the example is a server, which gets this request. `live` is a GET of live data. */
  serve?: { method: string; path: string }
  /** `fault status=429`: the fault of every request that the example makes. */
  fault?: string
  /** `with proxy`: a server between the example and the sandbox, which the example must use. */
  between?: keyof Surroundings
  /** `not run, because …`: only its types are checked. */
  notRun?: string
}

/** A code block that must work. */
export interface Example {
  /** The file, relative to the root. */
  file: string
  /** The line of its first line of code. */
  line: number
  code: string
  directives: Directives
  /** The `text` fence directly after it, with everything that it prints. */
  output: string | undefined
}

/** Returns the pages whose snippets run: all pages for users, without the decisions and generated pages. */
export function pages(): string[] {
  return ['README.md', ...globSync(['docs/*.md', 'packages/*/README.md'], { cwd: root }).toSorted()]
}

/** Returns the sources with docstrings for users. */
export function sources(): string[] {
  return globSync('packages/*/src/**/*.ts', { cwd: root })
    .filter((file) => !/\.test(-d)?\.ts$|\/test-support\//.test(file))
    .toSorted()
}

export function examplesInPage(file: string): Example[] {
  return fences(file, readFileSync(join(root, file), 'utf8').split('\n'))
}

export function examplesInDocstrings(file: string): Example[] {
  return fences(file, docstringLines(readFileSync(join(root, file), 'utf8')))
}

/** Returns the Markdown of a source's docstrings. It has the same lines, and empty ones for code. */
function docstringLines(source: string): string[] {
  let inside = false
  return source.split('\n').map((line) => {
    if (/^\s*\/\*\*/.test(line)) inside = true
    const text = inside ? line.replace(/^\s*(\/\*)?\*+ ?/, '') : ''
    if (line.includes('*/')) inside = false
    return text
  })
}

function fences(path: string, lines: string[]): Example[] {
  const examples: Example[] = []
  const file = relative(root, join(root, path))
  let directives: Directives = {}
  let previous: Example | undefined
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    const fence = /^(\s*)```(\w*)/.exec(line)
    const directive = /^<!-- example: (.+) -->$/.exec(line.trim())
    if (directive) {
      Object.assign(directives, readDirective(directive[1] ?? '', `${file}:${at + 1}`))
    } else if (fence) {
      const [, indent = '', language] = fence
      const end = lines.findIndex((other, index) => index > at && other.trim() === '```')
      if (end < 0) throw new Error(`${file}:${at + 1}: the fence is not closed`)
      const code = lines
        .slice(at + 1, end)
        .map((codeLine) => codeLine.replace(indent, ''))
        .join('\n')
      if (language === 'text' && previous) previous.output = code
      previous = undefined
      if (language === 'ts' || language === 'typescript') {
        previous = { file, line: at + 2, code, directives, output: undefined }
        examples.push(previous)
      }
      directives = {}
      at = end
    } else if (line.trim() !== '') {
      previous = undefined
    }
  }
  return examples
}

function readDirective(text: string, where: string): Directives {
  const serve = /^serve (GET|POST|live) (\/\S*)$/.exec(text)
  if (serve) return { serve: { method: serve[1] ?? '', path: serve[2] ?? '' } }
  const fault = /^fault (.+)$/.exec(text)
  if (fault?.[1]) return { fault: fault[1] }
  const between = /^with (\w+)$/.exec(text)?.[1]
  if (between !== undefined && isSurroundings(between)) return { between }
  const notRun = /^not run, because (.+)$/.exec(text)
  if (notRun?.[1]) return { notRun: notRun[1] }
  throw new Error(`${where}: "${text}" is not a directive`)
}

function isSurroundings(name: string): name is keyof Surroundings {
  return Object.hasOwn(surroundings, name)
}
