@NullMarked
package dev.understudy.examples;

import org.jspecify.annotations.NullMarked;
