import { CORE_SCHEMA, defineScalarTag, floatCoreTag, intCoreTag, NOT_RESOLVED } from 'js-yaml'

/** Digits after a zero (`0777`, `0o17`, `00123`), which authors mean as text: a mode, an identifier, a code. */
const zeroLed = /^[-+]?0[0-9o]/

/**
 * YAML 1.2's core schema, except that an unquoted number with a leading zero remains text. As a number it would lose the zero, and
 * YAML 1.1 and 1.2 disagree about its value.
 */
export const ruleSchema = CORE_SCHEMA.withTags(
  [intCoreTag, floatCoreTag].map((tag) =>
    defineScalarTag<number>(tag.tagName, {
      ...tag,
      resolve: (source, isExplicit, name) =>
        !isExplicit && zeroLed.test(source) ? NOT_RESOLVED : tag.resolve(source, isExplicit, name),
    }),
  ),
)
