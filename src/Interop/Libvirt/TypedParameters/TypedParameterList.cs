using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>
/// The typed parameters of one answer, in libvirt's order, with look-up by name. Numbers convert when the value fits,
/// because libvirt has changed the width of a field between versions.
/// </summary>
public sealed class TypedParameterList : IReadOnlyList<TypedParameter>
{
    private readonly TypedParameter[] _parameters;

    /// <summary>Keeps a copy of the parameters.</summary>
    /// <param name="parameters">The parameters in order.</param>
    public TypedParameterList(params IEnumerable<TypedParameter> parameters) => _parameters = [.. parameters];

    /// <summary>An answer without parameters.</summary>
    public static TypedParameterList Empty { get; } = new();

    /// <inheritdoc/>
    public int Count => _parameters.Length;

    /// <inheritdoc/>
    public TypedParameter this[int index] => _parameters[index];

    /// <summary>Finds the first parameter of that name.</summary>
    /// <param name="name">The field name, compared exactly.</param>
    /// <param name="parameter">The parameter, or null when there is none.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGet(string name, [NotNullWhen(true)] out TypedParameter? parameter)
    {
        parameter = Array.Find(_parameters, candidate => candidate.Name == name);
        return parameter is not null;
    }

    /// <summary>The whole number of that name, or null when it is absent, not a whole number or too large.</summary>
    /// <param name="name">The field name.</param>
    /// <returns>The number or null.</returns>
    public long? GetInt64(string name) => TryGet(name, out TypedParameter? parameter)
        ? parameter switch
        {
            IntParameter { Value: var value } => value,
            UIntParameter { Value: var value } => value,
            LongParameter { Value: var value } => value,
            ULongParameter { Value: var value and <= long.MaxValue } => (long)value,
            _ => null,
        }
        : null;

    /// <summary>The whole number of that name, or null when it is absent, not a whole number or negative.</summary>
    /// <param name="name">The field name.</param>
    /// <returns>The number or null.</returns>
    public ulong? GetUInt64(string name) => TryGet(name, out TypedParameter? parameter)
        ? parameter switch
        {
            IntParameter { Value: var value and >= 0 } => (ulong)value,
            UIntParameter { Value: var value } => value,
            LongParameter { Value: var value and >= 0 } => (ulong)value,
            ULongParameter { Value: var value } => value,
            _ => null,
        }
        : null;

    /// <summary>The whole number of that name, or null when it is absent or does not fit in 32 bits.</summary>
    /// <param name="name">The field name.</param>
    /// <returns>The number or null.</returns>
    public int? GetInt32(string name) =>
        GetInt64(name) is { } value and >= int.MinValue and <= int.MaxValue ? (int)value : null;

    /// <summary>The truth value of that name, or null when it is absent or of another type.</summary>
    /// <param name="name">The field name.</param>
    /// <returns>The truth value or null.</returns>
    public bool? GetBoolean(string name) =>
        TryGet(name, out TypedParameter? parameter) && parameter is BooleanParameter boolean ? boolean.Value : null;

    /// <summary>The string of that name, or null when it is absent or of another type.</summary>
    /// <param name="name">The field name.</param>
    /// <returns>The string or null.</returns>
    public string? GetString(string name) =>
        TryGet(name, out TypedParameter? parameter) && parameter is StringParameter text ? text.Value : null;

    /// <summary>The floating point value of that name, or null when it is absent or of another type.</summary>
    /// <param name="name">The field name.</param>
    /// <returns>The value or null.</returns>
    public double? GetDouble(string name) =>
        TryGet(name, out TypedParameter? parameter) && parameter is DoubleParameter real ? real.Value : null;

    /// <inheritdoc/>
    public IEnumerator<TypedParameter> GetEnumerator() => ((IEnumerable<TypedParameter>)_parameters).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
