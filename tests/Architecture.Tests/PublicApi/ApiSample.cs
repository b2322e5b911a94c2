namespace LibvirtBackup.Architecture.Tests;

/// <summary>One of everything that <see cref="ApiPrinter"/> knows.</summary>
/// <param name="Count">Any number.</param>
internal sealed record ApiSample(int Count) : IDisposable
{
    public const int Limit = 3;

    public static readonly ApiSample Empty = new(0) { Name = null };

    [Flags]
    internal enum Kind : byte
    {
        A = 1,
        B = 2,
    }

    public required string? Name { get; init; }

    public IReadOnlyList<string?> Items { get; init; } = [];

    public static ApiSample? Find<T>(string key, out long? value, T extra, int limit = 3)
    {
        value = limit;
        return extra is null ? null : new ApiSample(key.Length) { Name = key };
    }

    public void Dispose()
    {
        // Nothing to free: only the shape of the method matters.
    }
}
