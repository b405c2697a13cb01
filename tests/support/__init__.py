"""What tests lean on: data makers, servers that start themselves, fakes of the outside."""
