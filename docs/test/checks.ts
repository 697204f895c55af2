import { format } from 'node:util'
import { runInNewContext } from 'node:vm'
import { parseAst } from 'vitest/node'

/** An example that checks itself. */
export interface CheckedCode {
  /** The same lines as before, with an assertion where a comment names a value. */
  code: string
  /** The lines that it must print; undefined if no comment says so. */
  prints: string[] | undefined
}

type Statement = ReturnType<typeof parseAst>['body'][number]

/**
 * Turns the comments with results into assertions. `// → text` is a line that the program prints. A
 * JavaScript value directly after a statement, as in `safeUrl('javascript:1') // undefined`, is the value of
 * its expression or variable, or the line that it prints.
 */
export function addChecks(code: string): CheckedCode {
  let checked = code
  const prints: { at: number; line: string }[] = Array.from(
    code.matchAll(/\/\/ → (.*)$/gm),
    (match) => ({
      at: match.index,
      line: match[1] ?? '',
    }),
  )
  // From the end, so that a replacement moves no statement that is still to come.
  for (const statement of parseAst(code, { lang: 'ts' }).body.toReversed()) {
    const value = valueAfter(code, statement.end)
    if (value === undefined) continue
    const { start, end } = statement
    const source = code.slice(start, end).replace(/;$/, '')
    if (statement.type === 'ExpressionStatement' && !source.startsWith('console.')) {
      checked = `${checked.slice(0, start)};assertValue(${source}, (${value}));${checked.slice(end)}`
    } else if (variable(statement) !== undefined) {
      checked = `${checked.slice(0, end)};assertValue(${variable(statement)}, (${value}));${checked.slice(end)}`
    } else {
      prints.push({ at: end, line: format(runInNewContext(`(${value})`)) })
    }
  }
  return {
    code: checked,
    prints:
      prints.length === 0
        ? undefined
        : prints.toSorted((a, b) => a.at - b.at).map(({ line }) => line),
  }
}

/** Returns the number of comments of a text that are checked. */
export function countChecks(code: string): number {
  const { code: checked, prints } = addChecks(code)
  return checked.split(';assertValue(').length - 1 + (prints?.length ?? 0)
}

/** Returns the value in the comment after a statement, on its line or alone on the next one. */
function valueAfter(code: string, end: number): string | undefined {
  const [, comment] = /^;?[^\S\n]*\n?[^\S\n]*\/\/ ([^\n]+)/.exec(code.slice(end)) ?? []
  if (comment === undefined || !/^(?:['"`{[\d-]|undefined$|null$|true$|false$)/.test(comment)) {
    return undefined
  }
  try {
    parseAst(`(${comment})`)
    return comment
  } catch {
    return undefined
  }
}

function variable(statement: Statement): string | undefined {
  if (statement.type !== 'VariableDeclaration' || statement.declarations.length !== 1)
    return undefined
  const id = statement.declarations[0]?.id
  return id?.type === 'Identifier' ? id.name : undefined
}
