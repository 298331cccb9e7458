/** Programs in JavaScript that see the SDK from outside: what they need comes from npm, in exact versions. */
package dev.understudy.tests.node;
