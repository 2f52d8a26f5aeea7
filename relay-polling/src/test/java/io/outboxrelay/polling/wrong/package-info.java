/**
 * Readers that are wrong on purpose, in ways that are popular. The stress test that our own reader passes has to catch every one
 * of them: that is what its word is worth.
 *
 * <pre>
 *   WrongSource (the port, one connection) -&gt; WrongReader -&gt; Row.select
 *                                                   |
 *                                                 Moment: where a script may step in between two statements
 * </pre>
 */
@NullMarked
package io.outboxrelay.polling.wrong;

import org.jspecify.annotations.NullMarked;
