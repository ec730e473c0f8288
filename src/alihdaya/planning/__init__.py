"""What may come: today the seeded rehearsal that plays people's work in demonstrations."""
