/** Configuration files that change while the registry runs: edited, renamed, swapped, cut, under load. */
package dev.understudy.tests.reload;
