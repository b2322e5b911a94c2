namespace LibvirtBackup.Exports.Points;

/// <summary>A value that is made when first asked for; one that could not be made is made anew. Thread-safe.</summary>
internal sealed class MadeOnce<TValue>(Func<Task<TValue>> make)
{
    private readonly Lock _gate = new();
    private Task<TValue>? _value;

    internal Task<TValue> GetAsync()
    {
        lock (_gate)
        {
            if (_value is null or { IsFaulted: true }) _value = Task.Run(make);
            return _value;
        }
    }
}
