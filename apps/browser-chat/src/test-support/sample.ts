/** An answer with every kind of Markdown that answers have. */
export const sample = `## The bull case: NVDA

> **Simulated.** A quote with *emphasis*
> on two lines.

A paragraph with **bold**, *slanted*, ***both***, \`code\`, ~~gone~~ and a
[link](https://example.com/a?b=c "title") on two lines. 5 * 3 = 15, and snake_case stays.

### Lists

- one with **bold *nested* text**
- two
  - below, with \`a * b\`

1. first

2. second, loose
3. third

| Name | Value |
| :--- | ----: |
| a    | **1** |
| b    | [x](https://example.com) |

\`\`\`js
const a = '**not bold**' // [not](a link)

# not a heading
\`\`\`

A heading with an underline
---------------------------

***

See https://example.com/path and <b>no markup</b>, 100 % ✓ 台積電.

The last paragraph — it ends without a line break.`
