using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Domain.Tests.Repositories.Differences;

/// <summary>Chunks of one kind; data chunks of one content have ids of their own by place and content.</summary>
internal sealed record SamplePart(int Start, int Length, EntryKind Kind, ulong Content);
