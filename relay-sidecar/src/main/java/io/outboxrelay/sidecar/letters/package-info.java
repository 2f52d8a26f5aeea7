/** What stands in the topic of dead letters: to be listed, shown, and published anew. */
@NullMarked
package io.outboxrelay.sidecar.letters;

import org.jspecify.annotations.NullMarked;
