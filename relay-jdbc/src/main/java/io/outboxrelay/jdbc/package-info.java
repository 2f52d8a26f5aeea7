/** What every reader of a database needs: identifiers, failure classifiers, inspection. */
@NullMarked
package io.outboxrelay.jdbc;

import org.jspecify.annotations.NullMarked;
