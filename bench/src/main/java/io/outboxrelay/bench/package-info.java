/** Measures the packaged relay on real servers: how fast, how soon, with how much memory. Never shipped. */
@NullMarked
package io.outboxrelay.bench;

import org.jspecify.annotations.NullMarked;
