import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Returns the code blocks of a language in a page of the documentation, under a heading and its subheadings.
 *
 * @param page relative to the root of the repository
 */
export function snippetsOf(page: string, heading: string, language: string): string[] {
  const text = readFileSync(join(import.meta.dirname, '../..', page), 'utf8')
  const [, section] = text.split(`\n${heading}\n`)
  if (section === undefined) throw new Error(`${page} has no heading ${heading}`)
  const level = /^#+/.exec(heading)?.[0].length ?? 0
  const [own = ''] = section.split(new RegExp(`^#{1,${level}} `, 'm'))
  return Array.from(
    own.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm')),
    ([, code = '']) => code,
  )
}
