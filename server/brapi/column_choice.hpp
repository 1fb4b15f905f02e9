// When calls are answered from the columns of the files, see engine/columns, and not from their
// records.
#pragma once

#include "engine/variants/row_narrower.hpp"
#include "server/brapi/call_writer.hpp"
#include "server/brapi/genotype_choice.hpp"

namespace callstream::brapi {

/// The columns of a variant set that are wanted, when all its files have theirs, calls in this form
/// show nothing that is only in records, and they are few among those of the set. Else null.
variants::wanted_columns columns_for(const chosen_set& chosen, const call_form& form);

}  // namespace callstream::brapi
