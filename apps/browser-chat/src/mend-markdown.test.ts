import { describe, expect, test } from 'vitest'
import { parseMarkdown, renderTokens } from './markdown.ts'
import { mendMarkdown } from './mend-markdown.ts'
import { sample } from './test-support/sample.ts'

describe('mendMarkdown', () => {
  test.each([
    ['closes what is open', 'a **bold', 'a **bold**'],
    ['closes in order', '**a *b', '**a *b***'],
    ['closes after the text, before its space', '**bold ', '**bold**'],
    ['leaves about-signs alone', 'from ~5 % to ~6 %', 'from ~5 % to ~6 %'],
    ['closes code', 'a `b * c', 'a `b * c`'],
    ['closes code in bold', '**a `b', '**a `b`**'],
    ['waits for what follows a mark', 'a **', 'a'],
    ['waits for the second half of a mark', '**bold*', '**bold**'],
    ['waits for what follows a backtick', 'a `', 'a '],
    ['leaves arithmetic alone', '5*3 and 5 * 3', '5*3 and 5 * 3'],
    ['leaves snake_case alone', 'a snake_case', 'a snake_case'],
    ['leaves what is escaped alone', 'a \\*b', 'a \\*b'],
    ['leaves complete code alone', 'a `**` b', 'a `**` b'],
    ['shows the text of half a link', 'see [the rep', 'see the rep'],
    ['shows the text of a link without its end', 'see [the report](https://exa', 'see the report'],
    ['shows the description of half an image', '![a chart](https://exa', 'a chart'],
    ['leaves a complete link alone', '[a](https://b.c) d', '[a](https://b.c) d'],
    ['closes what is open before a link', '**see [a](https://b', '**see a**'],
    ['waits with a bullet', 'Text\n-', 'Text\n'],
    ['waits with a number', '1. a\n2', '1. a\n'],
    ['waits with the mark of a heading', 'Text\n\n##', 'Text\n\n'],
    ['waits with the underline of a heading', 'Text\n--', 'Text\n'],
    ['waits with a fence', 'Text\n``', 'Text\n'],
    ['waits with a table until its second line', 'Text\n\n| a | b |\n|--', 'Text\n\n'],
    ['shows a table then', '| a | b |\n|---|---|\n| c', '| a | b |\n|---|---|\n| c'],
    ['leaves code blocks alone', '```\n**a [b', '```\n**a [b'],
    ['waits with the end of a code block', '```\na\n``', '```\na\n'],
    ['continues after a code block', '```\na\n```\n**b', '```\na\n```\n**b**'],
    ['reads a bullet as a bullet', '* one\n* **two', '* one\n* **two**'],
  ])('%s', (_, source, expected) => {
    expect(mendMarkdown(source)).toBe(expected)
  })

  test('the marks of Markdown are never visible, wherever an answer is cut', () => {
    const seen = new Set<string>()
    for (let end = 1; end <= sample.length; end += 1) {
      const html = renderTokens(parseMarkdown(mendMarkdown(sample.slice(0, end))) ?? [])
      const text = html.replace(/<(pre|code)>[^]*?<\/\1>/g, '').replace(/<[^>]*>/g, '')
      const marks = /\*\*|\]\(|`|~~|\|\s*$|^#+|(?<!5 )\*(?! 3)/m.exec(text)
      if (marks) seen.add(`${marks[0]} after ${JSON.stringify(sample.slice(end - 20, end))}`)
    }
    expect([...seen]).toEqual([])
  })
})
