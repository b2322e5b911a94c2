using System.Text;

namespace LibvirtBackup.Policies.Running;

/// <summary>Reads all that a program prints, and keeps the beginning.</summary>
internal sealed class LimitedOutput
{
    internal const int MostCharacters = 16 * 1024;

    private readonly StringBuilder _text = new();

    internal string Text
    {
        get
        {
            lock (_text) return _text.ToString();
        }
    }

    internal async Task ReadAsync(TextReader reader)
    {
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer).ConfigureAwait(false) is > 0 and var count)
        {
            lock (_text) _text.Append(buffer, 0, Math.Min(count, MostCharacters - _text.Length));
        }
    }
}
