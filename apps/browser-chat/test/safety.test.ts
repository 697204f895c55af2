import type { StreamEvent } from '@vectrade/node'
import { describe, expect, test } from 'vitest'
import { useBrowser } from './support/chat-browser.ts'
import { servePageWithEvents, servePageWithSandbox } from './support/serve-page.ts'

const open = useBrowser()
const text = (content: string): StreamEvent => ({ type: 'text', content })
const cite = (source: string, url: string): StreamEvent => ({
  type: 'citation',
  content: '',
  source,
  url,
})

/** Sends one character per event, so that the page shows every intermediate state. */
async function* letterByLetter(...parts: (string | StreamEvent)[]): AsyncGenerator<StreamEvent> {
  for (const part of parts) {
    if (typeof part !== 'string') yield part
    else for (const letter of part) yield text(letter)
  }
  yield { type: 'done', content: '' }
}

describe('a hostile answer', () => {
  test('runs nothing, requests nothing, and shows links only to web addresses', async () => {
    await using server = await servePageWithEvents(() =>
      letterByLetter(
        '<img src=x onerror="document.title=1"><script>document.title=2</script>\n\n',
        '<svg onload="document.title=3"><style>*{display:none}</style><base href="//evil.example">\n\n',
        '[one](javascript:document.title=4) [two](data:text/html,5) [three](vbscript:6) [four](/api)\n\n',
        '<javascript:document.title=7> ![five](https://evil.example/pixel) ![six](javascript:8)\n\n',
        '[seven](https://good.example "\\" onmouseover=document.title=9 x=\\"") mail@evil.example\n\n',
        '`<img src=x onerror=document.title=10>`\n\n```html\n<iframe src="javascript:11"></iframe>\n```\n\n',
        cite('a script', 'javascript:document.title=12'),
        cite('<img src=x onerror=document.title=13>', 'data:text/html,<script>1</script>'),
        cite('no address', 'not a url'),
        cite('good', 'https://good.example/"onclick="document.title=14'),
      ),
    )
    const chat = await open(server.url)
    const asked: string[] = []
    chat.page.on('request', (request) => asked.push(request.url()))
    await chat.ask('Anything')
    await chat.reach('complete')

    const known = new Set([`${server.url}api/analyze`, `${server.url}favicon.svg`])
    expect(asked.filter((url) => !known.has(url))).toEqual([])
    expect(await chat.page.title()).toBe('VecTrade: ask about a stock')
    const links = await chat.turn.getByRole('link').all()
    const targets = await Promise.all(links.map((link) => link.getAttribute('href')))
    expect(targets).toEqual([
      'https://good.example',
      'https://good.example/"onclick="document.title=14',
      'https://good.example/"onclick="document.title=14',
    ])
    const elements = `[...document.querySelectorAll('[data-part=answer] *')]`
    expect(
      await chat.page.evaluate(
        `[...new Set(${elements}.map((element) => element.localName))].sort()`,
      ),
    ).toEqual(['a', 'code', 'p', 'pre', 'span', 'sup'])
    expect(
      await chat.page.evaluate(`${elements}.some((element) =>
        element.getAttributeNames().some((name) => name.startsWith('on') || name === 'style'))`),
    ).toBe(false)
    expect(await chat.answer.innerText()).toContain('<img src=x onerror="document.title=1">')
    expect(await chat.turn.locator('[data-part=source-list] li').allInnerTexts()).toEqual([
      'a script no web address',
      '<img src=x onerror=document.title=13> no web address',
      'no address no web address',
      'good good.example',
    ])
  })

  test('cannot pass one site off as another', async () => {
    await using server = await servePageWithEvents(() =>
      letterByLetter(
        '[https://bank.example](https://evil.example) <https://sec.gov@evil.example>\n\n',
        '```js\nlet a\n```\n\n',
        cite('SEC filing \u202E', 'https://vog.ces.example.evil/'),
        cite(' \u202E ', 'https://sec.gov@evil.example/'),
      ),
    )
    const chat = await open(server.url)
    await chat.ask('Anything')
    await chat.reach('complete')
    expect(await chat.answer.locator('p .host').allTextContents()).toEqual([
      'evil.example',
      'evil.example',
    ])
    const sources = chat.turn.locator('[data-part=source-list] li')
    expect(await sources.allTextContents()).toEqual([
      'SEC filing vog.ces.example.evil',
      'evil.example evil.example',
    ])
    expect(await sources.locator('bdi.host').count()).toBe(2)
    const mark = chat.answer.locator('sup a').first()
    expect(await mark.getAttribute('title')).toBe('SEC filing')
    expect(await mark.getAttribute('aria-label')).toBe('Source 1: SEC filing')
    expect(await chat.answer.locator('code').getAttribute('class')).toBeNull()
  })

  test('leaves the question as text', async () => {
    await using server = await servePageWithSandbox()
    const chat = await open(server.url)
    await chat.ask('<img src=x onerror=document.title=1> **NVDA**')
    await chat.reach('complete')
    expect(await chat.turn.getByRole('heading', { level: 2 }).innerHTML()).toBe(
      '&lt;img src=x onerror=document.title=1&gt; **NVDA**',
    )
  })
})

test('the policy of the page refuses scripts, and requests to other sites', async () => {
  await using server = await servePageWithSandbox()
  const chat = await open(server.url)
  await chat.page.evaluate(`(async () => {
    globalThis.refused = new Set()
    document.addEventListener('securitypolicyviolation', (event) => {
      refused.add(event.effectiveDirective)
    })
    const away = 'https://evil.example/'
    const add = (name, fields) =>
      document.body.append(Object.assign(document.createElement(name), fields))
    const attempts = [
      () => document.body.insertAdjacentHTML('beforeend', '<p onclick="0"></p>'),
      () => add('style', { textContent: 'p {}' }),
      () => add('img', { src: away }),
      () => add('iframe', { src: away }),
      () => add('base', { href: away }),
      () => fetch(away),
    ]
    for (const attempt of attempts) {
      try { await attempt() } catch {}
    }
  })()`)
  await expect
    .poll(() => chat.page.evaluate('[...refused].sort().join()'))
    .toBe('base-uri,connect-src,frame-src,img-src,require-trusted-types-for,style-src-elem')
  // Chromium has reported the violations on the console, too.
  chat.complaints.length = 0
})

describe('2,000 events at once', () => {
  test('are rendered once per frame, and all of them', async () => {
    const count = 2_000
    await using server = await servePageWithEvents(async function* () {
      for (let index = 0; index < count; index += 1) {
        yield text(index % 50 === 49 ? `word${index}\n\n` : `word${index} `)
      }
      yield { type: 'done', content: '' }
    })
    const chat = await open(server.url)
    await chat.page.evaluate(`
      globalThis.counted = { frames: 0, renders: 0 }
      const frame = () => { counted.frames += 1; requestAnimationFrame(frame) }
      requestAnimationFrame(frame)
      // The callback runs once for all changes of one task.
      new MutationObserver(() => { counted.renders += 1 }).observe(
        document.getElementById('conversation'), { subtree: true, childList: true })`)
    await chat.ask('Anything')
    await chat.reach('complete')
    const { frames, renders } = await chat.page.evaluate<{ frames: number; renders: number }>(
      'counted',
    )
    expect(renders).toBeGreaterThan(0)
    // The question is rendered at once, without waiting for a frame.
    expect(renders).toBeLessThanOrEqual(frames + 1)
    expect(renders).toBeLessThan(count / 4)
    expect((await chat.answer.innerText()).match(/word\d+/g)).toHaveLength(count)
    expect(await chat.answer.getByRole('paragraph').count()).toBe(count / 50)
  })
})
